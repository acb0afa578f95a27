export type { MeshView, NodeView, SoakView } from './api/views.js'
export { type Console, startConsole } from './console.js'
export { DEFAULT_CONSOLE_PORT } from './constants.js'
export { type ConsoleOptions, isLoopback } from './options.js'
