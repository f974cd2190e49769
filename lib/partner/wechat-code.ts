import { AppError } from '../errors';
import type { WechatServer } from './wechat-server';

export type WechatCode = {
  /**
   * The picture of a mini-program code that carries this scene and nothing else (getwxacodeunlimit).
   * @throws AppError PARTNER_UNAVAILABLE @throws Error for a scene that WeChat does not take: a programming error
   */
  draw(scene: string): Promise<{ image: Buffer; contentType: 'image/png' | 'image/jpeg' }>;
};

/** The page of the mini-program that opens a card. */
const PAGE = 'pages/card/open';
const WIDTH_PIXELS = 430;
const SCENE = /^[\w!#$&'()*+,/:;=?@.~-]{1,32}$/;

export function createWechatCode(server: WechatServer): WechatCode {
  return {
    async draw(scene) {
      if (!SCENE.test(scene)) throw new Error('a scene is 1 to 32 visible characters');
      const body = { scene, page: PAGE, check_path: false, width: WIDTH_PIXELS };
      const { image } = await server.ask('wechat-code', '/wxa/getwxacodeunlimit', body);
      if (!image) throw new AppError('PARTNER_UNAVAILABLE');
      return { image, contentType: image[0] === 0x89 ? 'image/png' : 'image/jpeg' };
    },
  };
}
