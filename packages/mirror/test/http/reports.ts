import type { RemoveSlotReport } from '../../src/service/remove-slot.js'
import type { RoleReport } from '../../src/service/role-request.js'

/** Of a role change that was only shown. */
export function roleReport(id: string): RoleReport {
  return {
    ...{ id, change: 'planned', outcome: 'shown', conditions: [], plan: ['drain'], steps: [], findings: [] },
    ...{ epochBefore: 1, epochAfter: 1 },
  }
}

/** Of a removal that was only shown. */
export function removeReport(id: string): RemoveSlotReport {
  const none = { secrets: [], variables: [] }
  return { id, outcome: 'shown', withdrawn: none, kept: none, keys: ['MIRROR_2_URL'] }
}
