import { damageSuite } from './suite.js'

damageSuite(200)
