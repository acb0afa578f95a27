// Runs of real nodes.
import './run.test.js'
