import { sha256 } from 'js-sha256';

/**
 * SHA-256 of bytes, in hexadecimal: what `profile.requestAvatarUpload` asks of a picture, and WeChat has no function for.
 * @param bytes as `wx.getFileSystemManager().readFile` gives them without an encoding
 */
export function sha256Hex(bytes: ArrayBuffer): string {
  return sha256(new Uint8Array(bytes));
}
