// Every case of the suite: the test command takes some.
import './devnet.test.js'
