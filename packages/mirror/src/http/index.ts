export { type MoreOperations, mirrorService } from './mirror-service.js'
export { createMirrorRoutes } from './routes.js'
export type { MirrorRoutesOptions, MirrorService, RemoveRequest, RoleRequest, Signed } from './service.js'
