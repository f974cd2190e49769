const vm = require('node:vm');
const { ModuleMocker } = require('jest-mock');

/** Stands for the worker's own context: jest asks a file's environment for one and only hands it on. */
const own = {};
/** Compiled files by name. Their modules are made anew for each test file. */
const compiled = new Map();

const compile = vm.compileFunction;
vm.compileFunction = (source, parameters, options = {}) => {
  if (options.parsingContext !== own) return compile(source, parameters, options);
  const { filename } = options;
  const known = compiled.get(filename);
  if (known?.source === source) return known.made;
  const made = compile(source, parameters, { ...options, parsingContext: undefined });
  compiled.set(filename, { source, made });
  return made;
};

/**
 * Runs every test file of a worker in the worker's own context, with modules of its own made from what was compiled once.
 * A context for each file, as jest has it, compiles everything anew and runs all of it cold, a fifth of what our tests cost;
 * and an error of Node's is no `Error` there. What a file puts into the environment's variables or the globals is taken
 * away after it.
 */
module.exports = class OneContext {
  constructor() {
    this.global = globalThis;
    this.before = {
      names: new Set(Reflect.ownKeys(globalThis)),
      env: { ...process.env },
      exit: process.exit,
      console,
    };
    this.moduleMocker = new ModuleMocker(globalThis);
    Error.stackTraceLimit = 100;
  }
  async setup() {}
  /** After the last hook of a file, what its support has to end (tables.ts). */
  async handleTestEvent({ name }) {
    if (name === 'run_finish') await this.global.endOfFile?.();
  }
  async teardown() {
    const { names, env, exit, console: of } = this.before;
    for (const name of Reflect.ownKeys(globalThis))
      if (!names.has(name)) Reflect.deleteProperty(globalThis, name);
    for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
    Object.assign(process.env, env);
    process.exit = exit;
    globalThis.console = of;
  }
  exportConditions() {
    return ['node', 'node-addons'];
  }
  getVmContext() {
    return own;
  }
};
