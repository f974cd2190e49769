/** Of the platform's SDK only how a context is read; nothing else of it is installed (docs/packages.md). */
declare module '@cloudbase/node-sdk/dist/utils/tcbcontext' {
  export { parseContext } from '@cloudbase/node-sdk';
}
