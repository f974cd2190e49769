/** The look of the sign-in page. Works from 320 px up, at 200 % text size, in dark mode and without animation. */
export const style = `
:root { color-scheme: light dark; --ink: #1c2420; --soft: #55605a; --page: #f4f6f5; --card: #fff; --line: #d5dcd8; --go: #0b6e4f; --on-go: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #edf2ef; --soft: #aab6b0; --page: #121614; --card: #1c2220; --line: #36403b; --go: #5cc9a3; --on-go: #08281c; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--page); color: var(--ink);
  font: 1rem/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
main { width: 100%; max-width: 24rem; padding: 1.5rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
.service { margin: 0; color: var(--soft); font-size: .875rem; }
h1 { margin: .25rem 0 1rem; font-size: 1.375rem; line-height: 1.3; }
h1:focus { outline: none; }
p { margin: 0 0 1rem; }
.small { color: var(--soft); font-size: .875rem; }
figure { margin: 0 0 1rem; text-align: center; }
svg { width: min(13rem, 70vw); height: auto; background: #fff; border-radius: .5rem; }
.code { display: block; margin-top: .5rem; font: 600 1.625rem/1.4 ui-monospace, Menlo, Consolas, monospace; letter-spacing: .08em; }
button { display: block; width: 100%; min-height: 3rem; padding: .5rem 1rem; border: 0; border-radius: .5rem; background: var(--go); color: var(--on-go);
  font: inherit; font-weight: 600; cursor: pointer; }
button.other { margin-top: .75rem; background: transparent; color: var(--ink); border: 1px solid var(--line); }
button:disabled { opacity: .6; cursor: default; }
button:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; }
[hidden] { display: none; }
`;
