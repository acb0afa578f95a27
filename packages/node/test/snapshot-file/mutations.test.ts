import { mutationSuite } from './mutations.js'

/** A sample; `mutations.long.test.ts` has 200 for each section. */
mutationSuite(2)
