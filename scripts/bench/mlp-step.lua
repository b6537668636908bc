-- One training step of a perceptron with two hidden layers, 64-256-256-10, on 64 examples.
local nn = lab.nn
local net = nn.Sequential{ nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10) }
local opt = lab.optim.Adam(net, { lr = 1e-3 })
local x, y = lab.randn{ 64, 64 }, lab.randint({ 64 }, 1, 10)

return {
  unit = "step/s", units = 1, trained = net:parameters(),
  step = function() opt:minimize(nn.cross_entropy(net(x), y)) end,
}
