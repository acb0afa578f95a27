export type { AgentCommand, CommandResult } from './agent/command-types.js'
export { ControlClient, type GroupHistory } from './agent/control-client.js'
export type { FailoverStatus } from './agent/status.js'
