import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Answers = { success?(value: unknown): void; fail?(error: unknown): void };
type Asked = Answers & { url: string; method?: string; header?: Record<string, string>; data?: unknown };

/**
 * As much of `wx` as the samples call, on a phone whose owner says yes to everything. A call without `success` answers with a promise,
 * as WeChat's own does.
 */
export function phone() {
  const storage = new Map<string, unknown>();
  const shown: string[] = [];
  const yes =
    <T>(value: (options: never) => T) =>
    (options: Answers & Record<string, unknown> = {}) => {
      const answer = value(options as never);
      options.success?.(answer);
      return Promise.resolve(answer);
    };
  const wx = {
    env: { USER_DATA_PATH: mkdtempSync(join(tmpdir(), 'leliao-phone-')) },
    getDeviceInfo: () => ({ model: 'iPhone' }),
    getAccountInfoSync: () => ({ miniProgram: { version: '1.0.0' } }),
    getStorageSync: (key: string) => storage.get(key) ?? '',
    setStorageSync: (key: string, value: unknown) => storage.set(key, value),
    removeStorageSync: (key: string) => storage.delete(key),
    showToast: ({ title }: { title: string }) => shown.push(title),
    showModal: yes(({ content }: { content: string }) => {
      shown.push(content);
      return { confirm: true };
    }),
    requirePrivacyAuthorize: yes(() => ({})),
    getFuzzyLocation: yes(() => ({ latitude: 23.13, longitude: 113.26 })),
    requestSubscribeMessage: yes(({ tmplIds }: { tmplIds: string[] }) =>
      Object.fromEntries(tmplIds.map((id) => [id, 'accept'])),
    ),
    shareFileMessage: yes(() => ({})),
    getFileSystemManager: () => ({
      readFileSync: (path: string) => new Uint8Array(readFileSync(path)).buffer,
      writeFileSync: (path: string, data: string) => writeFileSync(path, data),
      appendFileSync: (path: string, data: string, encoding: BufferEncoding) =>
        appendFileSync(path, Buffer.from(data, encoding)),
    }),
    async request({ url, method = 'GET', header = {}, data, success, fail }: Asked) {
      try {
        const body = data instanceof ArrayBuffer || typeof data === 'string' ? data : JSON.stringify(data);
        const answer = await fetch(url, {
          method,
          headers: header,
          ...(method !== 'GET' && { body: body ?? null }),
        });
        const text = await answer.text();
        const isJson = answer.headers.get('content-type')?.includes('json') && typeof data !== 'string';
        success?.({ statusCode: answer.status, data: isJson ? JSON.parse(text) : text });
      } catch (error) {
        fail?.(error);
      }
    },
  };
  return { wx, storage, shown };
}
