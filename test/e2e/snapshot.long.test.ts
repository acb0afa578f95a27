import { snapshotKillSuite } from './support/snapshot-kills.js'

snapshotKillSuite(20)
