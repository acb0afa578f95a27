// Every case of the suite: the test command takes some.
import './demo-soak.test.js'
