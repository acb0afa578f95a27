import { mutationSuite } from './mutations.js'

/** With flips, cuts and zeros 200 for each section. */
mutationSuite(67)
