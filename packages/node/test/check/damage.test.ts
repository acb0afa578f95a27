import { damageSuite } from './suite.js'

damageSuite(8)
