/** What an operation needs, in the words of fine-grained tokens; spec repository-mirror 6.2. */
export type Permission = 'metadata' | 'contents' | 'workflows' | 'secrets' | 'variables' | 'actions' | 'administration'
export type Access = 'read' | 'write'
export type Permissions = Readonly<Partial<Record<Permission, Access>>>

export interface Need {
  readonly permission: Permission
  readonly access: Access
}

/** In the API of Apps and in `x-accepted-github-permissions` variables have another name. */
const API_NAMES: Readonly<Partial<Record<Permission, string>>> = { variables: 'actions_variables' }

export function apiName(permission: Permission): string {
  return API_NAMES[permission] ?? permission
}

export function toApiPermissions(permissions: Permissions): Record<string, string> {
  return Object.fromEntries(Object.entries(permissions).map(([name, access]) => [apiName(name as Permission), access]))
}

export function allows(permissions: Permissions, { permission, access }: Need): boolean {
  // Metadata comes with any other permission.
  const granted = permission === 'metadata' ? 'read' : permissions[permission]
  return granted === 'write' || granted === access
}

/** `wanted` asks for nothing that `granted` does not hold. */
export function isWithin(wanted: Permissions, granted: Permissions): boolean {
  return Object.entries(wanted).every(([permission, access]) =>
    allows(granted, { permission: permission as Permission, access }),
  )
}
