export type { ScriptAnswer } from './answer.js'
export { readScriptEnvironment, type ScriptEnvironment } from './environment.js'
export { runVerb, type VerbInit } from './verbs.js'
