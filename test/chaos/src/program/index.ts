export { nowMs } from './clock.js'
export { parseFlags, RUN_FLAGS, type RunOptions, runOf, seedOf, usage, wholeNumber } from './flags.js'
export { codeOfVerdict, runProgram, say, tellerOf } from './program.js'
