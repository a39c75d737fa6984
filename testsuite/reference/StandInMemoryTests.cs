using System.Runtime.InteropServices;
using TorchSharp;

namespace DlAot.Tests.Reference;

/// <summary>How elements get in and out, and what a program that binds the native exports itself can rely on.</summary>
public unsafe class StandInMemoryTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [DllImport("LibTorchSharp")] private static extern nint THSTensor_data(nint tensor);
    [DllImport("LibTorchSharp")] private static extern sbyte THSTensor_type(nint tensor);
    [DllImport("LibTorchSharp")] private static extern long THSTensor_ndimension(nint tensor);
    [DllImport("LibTorchSharp")] private static extern long THSTensor_size(nint tensor, long dim);
    [DllImport("LibTorchSharp")] private static extern long THSTensor_stride(nint tensor, long dim);
    [DllImport("LibTorchSharp")] private static extern long THSTensor_numel(nint tensor);
    [DllImport("LibTorchSharp")] private static extern int THSTensor_device_type(nint tensor);

    [Fact]
    public void Native_exports_agree_with_the_tensor()
    {
        torch.Tensor x = torch.arange(24, dtype: torch.float32).view(4, 6)[1.., 2..4];
        nint handle = x.Handle;
        Assert.Equal((sbyte)x.dtype, THSTensor_type(handle));
        Assert.Equal(x.ndim, THSTensor_ndimension(handle));
        Assert.Equal([THSTensor_size(handle, 0), THSTensor_size(handle, 1)], x.shape);
        Assert.Equal([THSTensor_stride(handle, 0), THSTensor_stride(handle, 1)], x.stride());
        Assert.Equal(x.numel(), THSTensor_numel(handle));
        Assert.Equal((int)DeviceType.CPU, THSTensor_device_type(handle));
        Assert.Equal(8f, *(float*)THSTensor_data(handle));
    }

    [Fact]
    public void Arrays_are_copied_in()
    {
        float[] source = [1, 2, 3, 4];
        torch.Tensor x = torch.tensor(source, [2, 2]);
        source[0] = 9;
        Assert.Equal([1f, 2f, 3f, 4f], x.data<float>().ToArray());
        Assert.Equal(torch.float32, x.dtype);
        Assert.Equal(torch.float64, torch.tensor(source, torch.float64).dtype);
        Assert.Equal([2, 3], torch.tensor(new int[,] { { 1, 2, 3 }, { 4, 5, 6 } }).shape);
        Assert.Equal([true, false], torch.tensor(new[] { true, false }).data<bool>().ToArray());
        Assert.Equal(0, torch.tensor(5L).ndim);
    }

    [Fact]
    public void A_buffer_is_shared()
    {
        float[] buffer = [1, 2, 3, 4];
        torch.Tensor x = torch.frombuffer(buffer, torch.float32);
        buffer[1] = 20;
        x[2] = 30f;
        Assert.Equal(20, x[1].item<float>());
        Assert.Equal(30, buffer[2]);
    }

    [Fact]
    public void Bytes_are_the_memory_of_the_tensor()
    {
        torch.Tensor x = torch.zeros(3);
        MemoryMarshal.Cast<byte, float>(x.bytes)[1] = 5;
        Assert.Equal([0f, 5f, 0f], x.data<float>().ToArray());
        x.bytes = MemoryMarshal.AsBytes(new float[] { 7, 8, 9 }.AsSpan());
        Assert.Equal(9, x[2].item<float>());
    }

    [Fact]
    public void Accessors_follow_strides()
    {
        torch.Tensor x = torch.arange(6, dtype: torch.int32).view(2, 3).t();
        Assert.Equal([0, 3, 1, 4, 2, 5], x.data<int>().ToArray());
        Assert.Equal(4, x.data<int>()[1, 1]);
        Assert.Equal(5, ((int[,])x.data<int>().ToNDArray())[2, 1]);
        Assert.Equal([0, 3, 1, 4, 2, 5], x.data<int>().ToList());
    }

    [Fact]
    public void Saved_tensors_come_back()
    {
        torch.Tensor x = torch.randn(3, 5, dtype: torch.float64);
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        x.Save(writer);
        Assert.Equal(new byte[] { 7, 2, 3, 5 }, stream.ToArray()[..4]);
        stream.Position = 0;
        torch.Tensor y = TensorExtensionMethods.Load(new BinaryReader(stream));
        Assert.True(x.Equals(y));
        stream.Position = 0;
        Assert.Throws<ArgumentException>(() => torch.zeros(3, 5).Load(new BinaryReader(stream)));
    }

    [Fact]
    public void Numbers_keep_their_type()
    {
        Assert.Equal(torch.float32, (torch.ones(1) * 2.0).dtype);
        Assert.Equal(torch.float32, (torch.ones([1], torch.int64) * 2.0).dtype);
        Assert.Equal(torch.int64, (torch.ones([1], torch.int64) * 2).dtype);
        Assert.Equal(torch.int64, torch.arange(3).dtype);
        Assert.Equal(torch.float32, torch.arange(3.0).dtype);
        Assert.Equal(3, torch.tensor(3.9).ToInt32());
        Assert.Equal("[2x3], type = Float32, device = cpu", torch.ones(2, 3).ToString());
    }
}
