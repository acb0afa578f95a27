export { type MoreOperations, mirrorService } from './mirror-service.js'
export { type OperationsInit, operations } from './operations.js'
export { createMirrorRoutes } from './routes.js'
export type { MirrorRoutesOptions, MirrorService, RoleRequest, Signed } from './service.js'
