export { type Deployed, type DeployInit, deploy } from './deploy/deploy.js'
export { type RefusalCode, RefusalError, ReleaseError, type ReleaseFaultCode } from './errors.js'
export { activate, currentRelease, type Layout, layoutOf, releaseName } from './install/layout.js'
export type { Mended } from './install/mend.js'
export { readRelease, stageRelease } from './install/stage.js'
export { type Changed, type ChangeInit, rollback, type UpgradeInit, upgrade } from './install/upgrade.js'
export {
  createServices,
  readUnit,
  SERVICE_KINDS,
  type ServiceControl,
  type ServiceKind,
  servicesHere,
} from './services/index.js'
export { BundleError, type ReleaseDescription, type VerifiedBundle, verifyBundle } from './verifier/verifier.js'
