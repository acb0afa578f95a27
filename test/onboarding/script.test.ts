import { describeScript } from './support/script-cases.js'

describeScript({ cuts: 24, damaged: 8 })
