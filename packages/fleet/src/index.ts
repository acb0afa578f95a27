export { FleetError, type FleetErrorCode } from './errors.js'
