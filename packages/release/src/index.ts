export { type RefusalCode, RefusalError, ReleaseError, type ReleaseFaultCode } from './errors.js'
export {
  createServices,
  readUnit,
  SERVICE_KINDS,
  type ServiceControl,
  type ServiceKind,
  servicesHere,
} from './services/index.js'
export { BundleError, type ReleaseDescription, type VerifiedBundle, verifyBundle } from './verifier/verifier.js'
