-- One training step of a small convolutional network on 64 images of 28 x 28.
local nn = lab.nn
local net = nn.Sequential{
  nn.Conv2d(1, 32, 3, { padding = 1 }), nn.ReLU(), nn.MaxPool2d(2),
  nn.Conv2d(32, 64, 3, { padding = 1 }), nn.ReLU(), nn.MaxPool2d(2),
  nn.Flatten(), nn.Linear(3136, 10),
}
local opt = lab.optim.SGD(net, { lr = 0.01, momentum = 0.9 })
local x, y = lab.randn{ 64, 1, 28, 28 }, lab.randint({ 64 }, 1, 10)

return {
  unit = "image/s", units = 64, trained = net:parameters(),
  step = function() opt:minimize(nn.cross_entropy(net(x), y)) end,
}
