import { refusals } from './refusal-suite.js'

refusals()
