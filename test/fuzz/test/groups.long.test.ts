import { fuzzGroups } from './support/groups.js'

/** Reliability goal 16 and the issue: ten minutes each. */
fuzzGroups(600)
