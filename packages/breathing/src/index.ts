export { BreathError, type BreathErrorCode } from './errors.js'
