import { describeBusyFailover } from './support/busy-failover.js'

// A minute per change; ten, as the promise says, in the long run.
describeBusyFailover(30_000)
