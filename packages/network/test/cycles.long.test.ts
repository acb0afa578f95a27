// Every case of the suite: the test command takes some.
import './cycles.test.js'
