import { fuzzGroups } from './support/groups.js'

fuzzGroups(undefined)
