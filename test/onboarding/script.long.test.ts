import { describeScript } from './support/script-cases.js'

describeScript({ cuts: 100, damaged: 100 })
