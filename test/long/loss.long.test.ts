import { describeBusyFailover } from '../e2e/support/busy-failover.js'

describeBusyFailover(600_000)
