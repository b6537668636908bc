-- %% [markdown]
-- # A recipe
-- A recipe declares what it claims before it looks. Here: dropout helps a wide network that sees few digits. Each seed draws its
-- own training set; the two arms of a seed see the same one.
-- %%
local P = lab.recipe {
  id = "tour-dropout", theme = "tour",
  params = { examples = lab.int(200, { min = 20, help = "training images" }), steps = 300, p = lab.num(0.5, { min = 0, max = 0.9 }) },
  seeds = 8, smoke = { steps = 5 },
}

lab.claim("dropout gains more than half a point of accuracy",
  { measure = function(r) return r.dropout.accuracy - r.plain.accuracy end, above = 0.005 })
lab.control("dropout with probability 0 is no dropout", { set = { p = 0 }, breaks = 1 })

-- %%
local digits = lab.data.digits()

local r = lab.trials({ arms = { "plain", "dropout" } }, function(run)
  local train, test = digits:split(P.examples / #digits, { rng = run:rng("split") })
  local drop = lab.nn.Dropout(run.arm == "dropout" and P.p or 0)
  local net = lab.nn.Sequential{ lab.nn.Linear(64, 256), lab.nn.ReLU(), drop, lab.nn.Linear(256, 10) }
  local opt = lab.optim.Adam(net, { lr = 1e-3 })
  for step, batch in train:batches(32, { steps = P.steps, rng = run:rng("data") }) do
    run:log(step, { loss = opt:minimize(lab.nn.cross_entropy(net(batch.x), batch.y)) })
  end
  net:eval()
  return { accuracy = net(test.x):argmax(2):eq(test.y):mean() }
end)

-- %%
print(r)
