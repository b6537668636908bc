-- The decoder that gpt-small-step, gpt-medium-step and generate share, and one training step of it.
local M = {}

function M.decoder(depth, width, heads, context, vocab)
  return lab.nn.Transformer{
    kind = "decoder", depth = depth, width = width, heads = heads, context = context, vocab = vocab,
    positions = "learned", mlp = "gelu_tanh", tied = true,
  }
end

function M.training(net, batch, context, vocab)
  local opt = lab.optim.AdamW(net, { lr = 3e-4 })
  local tokens = lab.randint({ batch, context }, 1, vocab)
  return {
    unit = "token/s", units = batch * context, trained = net:parameters(),
    step = function()
      local logits = net(tokens)
      opt:minimize(lab.nn.cross_entropy(logits:reshape{ -1, vocab }, tokens:reshape{ -1 }))
    end,
  }
end

return M
