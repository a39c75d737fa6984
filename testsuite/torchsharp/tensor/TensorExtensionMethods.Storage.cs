namespace TorchSharp;

/// <summary>Tensors in the real library's file format: dtype, rank and sizes as LEB128 numbers, then the bytes.</summary>
public static partial class TensorExtensionMethods
{
    public static void Save(this torch.Tensor tensor, BinaryWriter writer)
    {
        Encode(writer, (long)tensor.dtype);
        long[] shape = tensor.shape;
        Encode(writer, shape.Length);
        foreach (long size in shape)
        {
            Encode(writer, size);
        }
        using torch.Tensor onCpu = tensor.cpu();
        onCpu.WriteBytesToStream(writer.BaseStream);
    }

    public static void Save(this torch.Tensor tensor, Stream stream)
    {
        using var writer = new BinaryWriter(stream);
        tensor.Save(writer);
        stream.Flush();
    }

    public static void Save(this torch.Tensor tensor, string location) => tensor.Save(File.Create(location));

    /// <summary>Reads into a tensor of the same dtype and shape, or passes over what is stored.</summary>
    /// <exception cref="ArgumentException">What is stored has another dtype or shape.</exception>
    public static void Load(this torch.Tensor tensor, BinaryReader reader, bool skip = false)
    {
        (torch.ScalarType type, long[] shape) = ReadHeader(reader);
        if (type != tensor.dtype)
        {
            throw new ArgumentException("Mismatched tensor data types while loading. Make sure that the model you are loading into is exactly the same as the origin.");
        }
        ReadData(tensor, shape, reader, skip);
    }

    public static torch.Tensor Load(BinaryReader reader, bool skip = false)
    {
        torch.Tensor? tensor = null;
        Load(ref tensor, reader, skip);
        return tensor!;
    }

    public static void Load(ref torch.Tensor? tensor, BinaryReader reader, bool skip = false)
    {
        (torch.ScalarType type, long[] shape) = ReadHeader(reader);
        tensor ??= torch.zeros(shape, type);
        ReadData(tensor, shape, reader, skip);
    }

    private static (torch.ScalarType Type, long[] Shape) ReadHeader(BinaryReader reader)
    {
        var type = (torch.ScalarType)Decode(reader);
        var shape = new long[Decode(reader)];
        for (int d = 0; d < shape.Length; d++)
        {
            shape[d] = Decode(reader);
        }
        return (type, shape);
    }

    private static void ReadData(torch.Tensor tensor, long[] shape, BinaryReader reader, bool skip)
    {
        if (skip)
        {
            reader.BaseStream.Seek(tensor.NumberOfElements * tensor.ElementSize, SeekOrigin.Current);
            return;
        }
        if (!shape.AsSpan().SequenceEqual(tensor.shape))
        {
            throw new ArgumentException("Mismatched tensor shape while loading. Make sure that the model you are loading into is exactly the same as the origin.");
        }
        using (torch.no_grad())
        {
            using torch.Tensor read = torch.empty(shape, tensor.dtype, torch.CPU);
            read.ReadBytesFromStream(reader.BaseStream);
            tensor.copy_(read);
        }
    }

    private static void Encode(BinaryWriter writer, long value) => writer.Write7BitEncodedInt64(value);

    private static long Decode(BinaryReader reader) => reader.Read7BitEncodedInt64();
}
