// Every case of the suite: the test command takes some.
import './mutants.test.js'
