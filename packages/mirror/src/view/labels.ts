import type { Role } from '../contracts/config.js'

const LABELS: Readonly<Record<Role, string>> = {
  MASTER: 'Primary',
  SLAVE: 'Replica',
  TEMPORARY_MASTER: 'Temporary primary',
}

/** For people. Spec repository-mirror 2. */
export function roleLabel(role: Role | null): string {
  return role === null ? 'No role' : LABELS[role]
}
