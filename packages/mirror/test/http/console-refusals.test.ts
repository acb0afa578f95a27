import { refusals } from './refusal-suite.js'
import { throughConsole } from './through-console.js'

refusals(throughConsole)
