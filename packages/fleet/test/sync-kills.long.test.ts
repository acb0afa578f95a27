// Every case of the suite: the test command takes some.
import './sync-kills.test.js'
