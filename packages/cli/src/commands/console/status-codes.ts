import { DEGRADED_CODES, FINDING_CODES } from '@montana/node/settings'

/** Whatever a node of this release says about itself, for whoever reads it on the page. */
export const STATUS_CODES = { ...FINDING_CODES, ...DEGRADED_CODES }
