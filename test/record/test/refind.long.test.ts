import { describeRefound, QUICK } from './support/refound.js'

describeRefound((id) => !QUICK.has(id))
