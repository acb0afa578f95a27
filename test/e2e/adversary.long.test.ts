// Every case of the suite: the test command takes some.
import './adversary.test.js'
