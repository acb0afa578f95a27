// Each of the first two hundred calls, with both errors.
import './failing-calls.test.js'
