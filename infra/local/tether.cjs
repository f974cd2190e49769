/**
 * Runs a program that must not outlive whoever started it: node tether.cjs <command> <arguments…>
 *
 * The starter holds the other end of standard input. The system closes that pipe however the starter ends, kill -9
 * included, and then the program is ended too. Exits as the program does; 127 when there is no such program.
 */
const { spawn } = require('node:child_process');

const GRACE_MS = 3_000;
const NOT_FOUND = 127;

const [command, ...args] = process.argv.slice(2);
const program = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });

program.once('error', (error) => process.exit(error.code === 'ENOENT' ? NOT_FOUND : 126));
program.once('exit', (code) => process.exit(code ?? 1));

function end() {
  program.kill('SIGTERM');
  setTimeout(() => program.kill('SIGKILL'), GRACE_MS);
}

process.stdin.once('end', end).once('error', end).resume();
// Only the pipe ends the program, so that the starter decides the order in which things stop.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
