-- %% [markdown]
-- # Images
-- A convolution slides one small window of weights over an image: what it learns at one place, it knows everywhere.
-- Images are tensors `{batch, channels, height, width}`; the digits have one channel of 8 by 8 pixels.
-- %%
local train, test = lab.data.digits():split(0.8, { rng = lab.rng(1) })
local function images(batch) return batch.x:reshape{ -1, 1, 8, 8 } end

-- A kernel by hand: where does an image get brighter from left to right?
local one = images(test)[{ { 1, 1 } }]
local edges = lab.nn.conv2d(one, lab.tensor{ { { { -1, 0, 1 } } } }, { padding = "same" })
print(one:squeeze(1), edges:squeeze(1))

-- %% [markdown]
-- A network lets training find the kernels. Pooling keeps the strongest answer of each 2 by 2 places, so that a stroke may
-- move a little; the batch norms keep the numbers in range.
-- %%
lab.manual_seed(1)
local nn = lab.nn
local net = nn.Sequential{
  nn.Conv2d(1, 32, 3, { padding = "same" }), nn.BatchNorm2d(32), nn.ReLU(),
  nn.Conv2d(32, 32, 3, { padding = "same" }), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
  nn.Conv2d(32, 64, 3, { padding = "same" }), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2),
  nn.Flatten(), nn.Dropout(0.3), nn.Linear(256, 10),
}
print(net)

-- %%
local steps = 250
local opt = lab.optim.AdamW(net, { lr = 3e-3, weight_decay = 0.01 })
local rate = lab.schedule.cosine{ lr = 3e-3, steps = steps }
for step, batch in train:batches(64, { steps = steps, rng = lab.rng(2) }) do
  opt.lr = rate(step)
  local loss = opt:minimize(nn.cross_entropy(net(images(batch)), batch.y))
  if step % 50 == 0 then print(step, string.format("%.4f", loss)) end
end

-- %% [markdown]
-- In eval mode the batch norms use what they saw in training, and nothing drops out.
-- %%
net:eval()
local answers = lab.no_grad(function() return net(images(test)):argmax(2) end)
print(string.format("accuracy on unseen digits: %.3f", answers:eq(test.y):mean():item()))
