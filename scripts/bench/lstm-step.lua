-- One training step of a character model: embedding, LSTM of width 128, head; 32 sequences of 64 tokens.
local nn = lab.nn
local Model = nn.class("Model")

function Model:init()
  self.tokens, self.lstm, self.head = nn.Embedding(64, 128), nn.LSTM(128, 128), nn.Linear(128, 64)
end

function Model:forward(tokens)
  local hidden = self.lstm(self.tokens(tokens))
  return self.head(hidden)
end

local net = Model()
local opt = lab.optim.Adam(net, { lr = 1e-3 })
local tokens = lab.randint({ 32, 64 }, 1, 64)

return {
  unit = "token/s", units = 32 * 64, trained = net:parameters(),
  step = function() opt:minimize(nn.cross_entropy(net(tokens):reshape{ -1, 64 }, tokens:reshape{ -1 })) end,
}
