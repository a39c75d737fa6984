using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Samples.Classic;

/// <summary>Sentence classifier: token ids, int64 [N, T] -> logits [N, classes].</summary>
public class LstmClassifier : Module<Tensor, Tensor>
{
    private readonly Embedding embedding;
    private readonly LSTM lstm;
    private readonly Linear classifier;

    public LstmClassifier(int vocabulary = 1000, int embeddingSize = 64, int hiddenSize = 128, int layers = 1, int classes = 2)
        : base(nameof(LstmClassifier))
    {
        embedding = Embedding(vocabulary, embeddingSize);
        lstm = LSTM(embeddingSize, hiddenSize, numLayers: layers, batchFirst: true);
        classifier = Linear(hiddenSize, classes);

        RegisterComponents();
    }

    public override Tensor forward(Tensor tokens)
    {
        using var scope = NewDisposeScope();

        var embedded = embedding.call(tokens);
        var (_, hidden, _) = lstm.call(embedded);
        var last = hidden[-1];
        return classifier.call(last).MoveToOuterDisposeScope();
    }
}
