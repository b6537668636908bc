-- %% [markdown]
-- # Training
-- Real images of digits, 8 by 8 pixels. The loop stays visible: draw a batch, compute the loss, change the parameters.
-- %%
local digits = lab.data.digits()
print(digits)

local train, test = digits:split(0.8, { rng = lab.rng(1) })

-- %%
local net = lab.nn.Sequential{ lab.nn.Linear(64, 64), lab.nn.ReLU(), lab.nn.Linear(64, 10) }
local opt = lab.optim.AdamW(net, { lr = 3e-3, weight_decay = 0.01 })
local rate = lab.schedule.cosine{ lr = 3e-3, steps = 300 }

for step, batch in train:batches(64, { steps = 300, rng = lab.rng(2) }) do
  opt.lr = rate(step)
  local loss = opt:minimize(lab.nn.cross_entropy(net(batch.x), batch.y), { clip = 1 })
  if step % 100 == 0 then print(step, string.format("%.3f", loss)) end
end

-- %% [markdown]
-- Without recording, testing costs less.
-- %%
local accuracy = lab.no_grad(function()
  return net(test.x):argmax(2):eq(test.y):mean():item()
end)
print(string.format("accuracy on unseen digits: %.3f", accuracy))
